#!/bin/sh
# Builds the image, replaces the container of the last run, waits until the new one is healthy, and shows it.
#
#   ./run_on_local_docker.sh [--target embedded|tomcat] [--port 3000] [--no-build] [-- MORE DOCKER OPTIONS]
#
# With podman: ENGINE=podman ./run_on_local_docker.sh. Options after -- are passed to `docker run`, for example
# `-- -e VTS_WORKERS=2 -v "$PWD/dist:/app:ro" -e VTS_APP_DIR=/app`.
set -eu
cd "$(dirname "$0")"

engine=${ENGINE:-}
if [ -z "$engine" ]; then
  for engine in docker podman; do
    if command -v "$engine" >/dev/null && "$engine" info >/dev/null 2>&1; then break; fi
    engine=
  done
fi
if [ -z "$engine" ]; then
  echo "Neither docker nor podman answers; start one of them, or name it: ENGINE=podman $0" >&2
  exit 1
fi

target=embedded port=3000 build=yes
image=${IMAGE:-vts-basic} name=${NAME:-vts-basic}
while [ $# -gt 0 ]; do
  case $1 in
  --target=*) target=${1#*=} ;;
  --target) target=${2:?--target wants embedded or tomcat} && shift ;;
  --port=*) port=${1#*=} ;;
  --port) port=${2:?--port wants a number} && shift ;;
  --no-build) build=no ;;
  --) shift && break ;;
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0" && exit 0 ;;
  *) echo "$1 is not an option; see $0 --help" >&2 && exit 2 ;;
  esac
  shift
done
case $target in
embedded) tag=latest ;;
tomcat) tag=tomcat ;;
*) echo "--target is $target; there are embedded and tomcat" >&2 && exit 2 ;;
esac

if [ "$build" = yes ]; then
  echo "== Building $image:$tag"
  # Podman's own image format has no health check.
  case $("$engine" --version) in podman*) format=--format=docker ;; *) format= ;; esac
  # shellcheck disable=SC2086
  "$engine" build $format --target "$target" -t "$image:$tag" .
fi

if "$engine" container inspect "$name" >/dev/null 2>&1; then
  echo "== Removing the container of the last run"
  "$engine" stop -t 25 "$name" >/dev/null
  "$engine" rm -f "$name" >/dev/null
fi

echo "== Starting $name on http://localhost:$port"
"$engine" run -d --name "$name" -p "127.0.0.1:$port:3000" --read-only --tmpfs /tmp --cap-drop all \
  --security-opt no-new-privileges --memory 512m "$@" "$image:$tag" >/dev/null

# Runs the image's own health check, because the engine would run it only every ten seconds.
left=60
until "$engine" exec "$name" bun /opt/vts/healthcheck.js >/dev/null 2>&1; do
  left=$((left - 1))
  if [ "$("$engine" inspect --format '{{.State.Running}}' "$name")" != true ]; then
    echo "It ended with exit code $("$engine" inspect --format '{{.State.ExitCode}}' "$name"); its last words:" >&2
    "$engine" logs --tail 20 "$name" >&2
    exit 1
  fi
  if [ $left -eq 0 ]; then
    echo "It is not ready after 30 seconds; its last words:" >&2
    "$engine" logs --tail 20 "$name" >&2
    exit 1
  fi
  sleep 0.5
done

echo "== Ready"
"$engine" ps --filter "name=^$name\$"
"$engine" logs --tail 20 "$name"
echo
echo "Logs: $engine logs -f $name   Inside: ./debug_docker.sh   Stop: $engine stop -t 25 $name"
