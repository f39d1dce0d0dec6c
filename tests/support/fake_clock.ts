/** For units that are moved without a network, so that nothing has to arrive in between. */
export { ManualClock as FakeClock } from "../../src/testing/manual_clock.ts";
