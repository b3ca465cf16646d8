#!/bin/sh
# Inspects the container that run_on_local_docker.sh started: its files, processes and settings, and whether it answers.
#
#   ./debug_docker.sh [NAME]
#
# With podman: ENGINE=podman ./debug_docker.sh. The image has no shell, but Bun has one built in. For other questions use
# `docker exec vts-basic bun exec 'ls -l /opt/vts'`, or `docker exec vts-basic jcmd 1 help`.
# shellcheck disable=SC2016 # Bun, not this shell, expands the variables in single quotes.
set -eu

name=${1:-${NAME:-vts-basic}}
engine=${ENGINE:-}
if [ -z "$engine" ]; then
  for engine in docker podman; do
    if "$engine" container inspect "$name" >/dev/null 2>&1; then break; fi
    engine=
  done
fi
if [ -z "$engine" ] || ! "$engine" container inspect "$name" >/dev/null 2>&1; then
  echo "There is no container $name; ./run_on_local_docker.sh starts one" >&2
  exit 1
fi

failed=0
section() { printf '\n== %s\n' "$1"; }
check() {
  label=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok    $label"; else echo "FAIL  $label" && failed=1; fi
}
inside() { "$engine" exec "$name" "$@"; }

section "Container"
"$engine" inspect --format 'image {{.Config.Image}}, user {{.Config.User}}, read-only {{.HostConfig.ReadonlyRootfs}}, memory limit {{.HostConfig.Memory}}
state {{.State.Status}}, exit code {{.State.ExitCode}}, started {{.State.StartedAt}}' "$name"
if [ "$("$engine" inspect --format '{{.State.Running}}' "$name")" != true ]; then
  section "Last words"
  "$engine" logs --tail 50 "$name"
  exit 1
fi

section "Contents"
inside bun exec 'ls -l /opt/vts /opt/vts/WEB-INF /usr/local/tomcat/webapps/ROOT/WEB-INF /tmp' 2>/dev/null || true
inside bun --version
inside java -version 2>&1

section "Processes"
inside bun -e '
  const { readdirSync, readFileSync } = require("fs");
  for (const pid of readdirSync("/proc").filter((name) => Number(name) && Number(name) !== process.pid)) {
    try {
      const field = (name) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "-";
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      console.log(pid.padStart(6), field("State").padEnd(14), field("VmRSS").padStart(11), field("Threads").padStart(4), command.slice(0, 100));
    } catch {}
  }'

section "Settings from outside (values of secrets are hidden)"
inside bun -e '
  for (const [name, value] of Object.entries(process.env).sort())
    if (/^(VTS_|JAVA_|JDK_|NODE_|TZ$|LANG$)/.test(name)) console.log(`${name}=${/TOKEN|SECRET|PASSWORD/i.test(name + value) ? "***" : value}`);'

section "Java"
inside jcmd 1 VM.flags 2>/dev/null || echo "Java does not answer"

section "Checks"
check "Bun runs" inside bun --version
check "the app answers (readiness)" inside bun /opt/vts/healthcheck.js
check "the front page is rendered" inside bun -e '
  const { VTS_CONTEXT_PATH = "", VTS_TLS_CERT } = process.env;
  const port = /^\d+$/.test(process.env.VTS_PORT) ? process.env.VTS_PORT : "3000";
  const path = VTS_CONTEXT_PATH.replace(/\/$/, "") + "/";
  const answer = await fetch(`${VTS_TLS_CERT ? "https" : "http"}://127.0.0.1:${port}${path}`, { tls: { rejectUnauthorized: false } });
  if (!answer.ok || !(await answer.text()).includes("</html>")) process.exit(1);'
# The image on Tomcat does not have the product's command line.
if inside bun exec 'ls /opt/vts/java.args' >/dev/null 2>&1; then
  app=$(inside bun -e 'console.log(process.env.VTS_APP_DIR ?? "/opt/vts/WEB-INF/app")')
  check "every asset that the build names exists" inside java @/opt/vts/java.args validate "$app"
fi
check "it does not run as root" inside bun -e 'if (process.getuid() === 0) process.exit(1);'
check "/tmp can be written to" inside bun -e 'require("fs").writeFileSync("/tmp/debug", ""); require("fs").rmSync("/tmp/debug");'

section "Last lines of the log"
"$engine" logs --tail 20 "$name"
exit $failed
