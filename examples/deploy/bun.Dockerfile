# A server on Bun: server.ts, package.json and bun.lock in this folder.
#   docker build -f bun.Dockerfile -t chat . && docker run -p 8000:8000 chat
FROM oven/bun:1.4.5
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production
COPY . .
USER bun
EXPOSE 8000
CMD ["bun", "server.ts"]
