"""Measures the CPU time of one request for a 9 kB page that the app allows caches to store: VTS Basic with and without
its shared cache, and nginx with its own cache, in front of the same server, in turn, several rounds in one run.

    python3 bench/cache_cpu.py [--rounds 3] [--seconds 8]

Needs target/vts-basic.war (`mvn package`), and wrk and nginx on the PATH. JAVA sets another java.
"""
import argparse

from servers import BUN, Servers, free_port

SERVER = """
const page = new Uint8Array(9000).fill(97);
const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "s-maxage=3600", etag: '"1"' };
Bun.serve({ hostname: "127.0.0.1", port: PORT, idleTimeout: 0, fetch: () => new Response(page, { headers }) });
"""
NGINX = """daemon off; worker_processes 2; error_log stderr error; pid DIR/nginx.pid;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; keepalive_requests 1000000;
  proxy_cache_path DIR/cache keys_zone=c:10m;
  server { listen 127.0.0.1:PORT; location / { proxy_pass http://127.0.0.1:UPSTREAM; proxy_cache c;
    proxy_set_header Host $http_host; add_header Cache-Status $upstream_cache_status; } } }
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    with Servers() as servers:
        upstream = free_port()
        servers.write("server.js", SERVER, PORT=upstream)
        servers.start(upstream, str(BUN), "server.js")
        servers.vts(VTS_UPSTREAM=f"http://127.0.0.1:{upstream}")
        servers.fronts["no cache"] = servers.fronts.pop("VTS Basic")
        servers.vts(VTS_UPSTREAM=f"http://127.0.0.1:{upstream}", VTS_CACHE="64m")
        servers.nginx(NGINX, UPSTREAM=upstream)
        servers.compare("kept 9 kB page", "/", options.rounds, options.seconds)


main()
