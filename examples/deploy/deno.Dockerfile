# A server on Deno: server.ts, deno.json and deno.lock in this folder.
#   docker build -f deno.Dockerfile -t chat . && docker run -p 8000:8000 chat
FROM denoland/deno:2.9.6
WORKDIR /app
COPY . .
RUN deno install --frozen --entrypoint server.ts
USER deno
EXPOSE 8000
CMD ["run", "--cached-only", "--no-prompt", "--allow-net=0.0.0.0:8000", "--allow-env=PORT", "server.ts"]
