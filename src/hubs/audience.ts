/** Which clients of a hub a call is for. */
export interface Audience {
  readonly to: "all" | "group" | "user";
  /** Of the group, or the user; `""` for all. */
  readonly name: string;
}

/** All clients. */
export const ALL: Audience = { to: "all", name: "" };
