"""Opens many idle event streams, and prints how many got their first event and the front's memory and threads then.

    python3 bench/event_streams.py PORT COUNT PID
"""
import asyncio
import sys
import time

port, count, pid = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


async def stream(ready, gate):
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        data = b""
        while b"data:" not in data:
            part = await asyncio.wait_for(reader.read(4096), 60)
            if not part:
                raise ConnectionError(data)
            data += part
    ready.append(writer)
    return reader


def status(name):
    with open(f"/proc/{pid}/status") as lines:
        return next(line.split(None, 1)[1].strip() for line in lines if line.startswith(name))


async def main():
    ready, gate = [], asyncio.Semaphore(200)
    start = time.time()
    results = await asyncio.gather(*(stream(ready, gate) for _ in range(count)), return_exceptions=True)
    failures = [r for r in results if isinstance(r, Exception)]
    print(f"{len(ready)} of {count} streams open after {time.time() - start:.1f} s, {len(failures)} failed")
    if failures:
        print("first failure:", repr(failures[0]))
    with open(f"/proc/{pid}/stat") as f:
        cpu = sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))
    await asyncio.sleep(10)
    with open(f"/proc/{pid}/stat") as f:
        idle = sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) - cpu
    print(f"front: RSS {status('VmRSS')}, {status('Threads')} threads, {idle / 10:.1f} % of a core while all are idle")


asyncio.run(main())
