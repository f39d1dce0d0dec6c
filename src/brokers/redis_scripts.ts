/*
 * The history of a topic is a stream whose ids are `time-offset`. Beside it stands a text:
 *   epoch offset time sum kept
 * `sum` counts the bytes of all messages so far, `kept` those before the oldest that may be there. Each
 * entry has one field: its name is the sum before it, its value the record.
 */

/**
 * Reads what stands beside the stream; a topic that has nothing there begins a history. One in which
 * nothing was said is forgotten in ten minutes, unless somebody follows it: clients may name topics.
 */
const OPEN = `
local meta = redis.call('GET', KEYS[1])
local epoch, offset, last, sum, kept
if meta then
  epoch, offset, last, sum, kept = string.match(meta, '^(%w+) (%d+) (%d+) (%d+) (%d+)$')
end
local new, count, bytes, age, forget, run, channel =
  string.match(ARGV[1], '^(%w+)\\n(%d+)\\n(%d+)\\n(%d+)\\n(%d+)\\n(%w*)\\n(.*)$')
if not epoch then
  redis.call('DEL', KEYS[2])
  epoch, offset, last, sum, kept = new, 0, 0, 0, 0
end
offset, last, sum, kept = tonumber(offset), tonumber(last), tonumber(sum), tonumber(kept)
count, bytes, age = tonumber(count), tonumber(bytes), tonumber(age)
local time = redis.call('TIME')
local now = math.max(last, time[1] * 1000 + math.floor(time[2] / 1000))
local function save()
  local state = string.format('%s %.0f %.0f %.0f %.0f', epoch, offset, last, sum, kept)
  local ttl = forget
  if offset == 0 then ttl = math.min(tonumber(forget), 600000) end
  redis.call('SET', KEYS[1], state, 'PX', ttl)
end
`;

/**
 * KEYS: the state, the stream. ARGV: lines, as clients take long over many arguments, then records.
 * Lines: an epoch for a new history, count, bytes, age and the time after which a silent topic is
 * forgotten, both in milliseconds, the process of Redis, the channel. Returns a text: the epoch, the
 * time, and the offset of the last one.
 */
export const APPEND: string = `${OPEN}
last = now
local head = 'ep1 ' .. run .. ' ' .. epoch .. ' '
for i = 2, #ARGV do
  offset = offset + 1
  local id = string.format('%.0f-%.0f', now, offset)
  local field = string.format('%.0f', sum)
  if i == #ARGV then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', count, id, field, ARGV[i])
  else
    redis.call('XADD', KEYS[2], id, field, ARGV[i])
  end
  sum = sum + #ARGV[i] + 256
  redis.call('PUBLISH', channel, head .. id .. '\\n' .. ARGV[i])
end
if sum - kept > bytes then
  local goal, from, found = 0, '-', nil
  local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  kept = first and tonumber(first[2][1]) or sum
  if sum - kept > bytes then goal = sum - bytes + math.floor(bytes / 8) end
  while kept < goal do
    local some = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 4)
    if #some == 0 then
      redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
      kept = sum
      break
    end
    for _, entry in ipairs(some) do
      if tonumber(entry[2][1]) >= goal then
        redis.call('XTRIM', KEYS[2], 'MINID', entry[1])
        kept = tonumber(entry[2][1])
        break
      end
      from = '(' .. entry[1]
    end
  end
end
if math.floor(offset / 16) > math.floor((offset - #ARGV + 1) / 16) then
  redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f', math.max(0, now - age)))
end
redis.call('PEXPIRE', KEYS[2], age)
save()
return string.format('%s %.0f %.0f', epoch, now, offset)
`;

/** The same for one of several, which send to those who listen to them, and not to all. */
export const SHARDED_APPEND: string = APPEND.replace("'PUBLISH'", "'SPUBLISH'");

/**
 * KEYS and lines as above, then an id to read from, itself included (`-` for all, nothing for none),
 * and how many. Returns the epoch, the time and the offset of the end, then ids and records; the one
 * that it begins behind has none.
 */
export const READ: string = `${OPEN}
save()
local least = offset - count + 1
local answer = {epoch, string.format('%.0f', last), string.format('%.0f', offset)}
local from, left, size = ARGV[2], tonumber(ARGV[3]), 0
while from ~= '' and left > 0 and size < 1048576 do
  local some = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', math.min(left, 20))
  if #some == 0 then break end
  for _, entry in ipairs(some) do
    local at, number = string.match(entry[1], '^(%d+)-(%d+)$')
    from = '(' .. entry[1]
    if entry[1] == ARGV[2] then
      answer[#answer + 1] = entry[1]
      answer[#answer + 1] = ''
    elseif tonumber(number) >= least and tonumber(at) > now - age then
      answer[#answer + 1] = entry[1]
      answer[#answer + 1] = entry[2][2]
      left, size = left - 1, size + #entry[2][2]
    end
  end
end
return answer
`;
