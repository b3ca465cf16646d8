# shellcheck shell=sh
# catalina.sh reads this. What CATALINA_OPTS holds already comes after it, and so wins.

case "${1:-}" in run | start | debug | jpda)
  # Tomcat ends when another program has its port, and when memory runs out; what runs it may start it again.
  vts_options="-Dorg.apache.catalina.startup.EXIT_ON_INIT_FAILURE=true -XX:+ExitOnOutOfMemoryError"

  # What requests leave behind is collected with less memory and time than by G1.
  case "${JAVA_OPTS:-} ${CATALINA_OPTS:-}" in
    *-XX:+Use*GC*) ;;
    *) vts_options="$vts_options -XX:+UseSerialGC" ;;
  esac

  # server.xml reads properties only.
  if [ -n "${VTS_PORT:-}" ]; then vts_options="$vts_options -Dvts.port=$VTS_PORT"; fi
  if [ -n "${VTS_ADDRESS:-}" ]; then vts_options="$vts_options -Dvts.address=$VTS_ADDRESS"; fi

  # Java has virtual threads from 21 on; with an earlier one Tomcat would not open its port if it were told to use them.
  # With them, requests may run on after unloadDelay: context.xml.
  vts_java="${JRE_HOME:-${JAVA_HOME:-}}/bin/java"
  if [ ! -x "$vts_java" ]; then vts_java=java; fi
  vts_version=$("$vts_java" -version 2>&1 | sed -n 's/^[a-z]* version "\([0-9]*\).*/\1/p')
  if [ "${vts_version:-0}" -ge 21 ]; then
    vts_options="$vts_options -Dtomcat.virtual-threads=true -Dtomcat.unload-delay=2000"
  fi

  # In a read-only Tomcat the temporary directory lies elsewhere, and a WAR stays packed.
  if [ -z "${CATALINA_TMPDIR:-}" ] && [ ! -w "$CATALINA_BASE/temp" ]; then
    CATALINA_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/tomcat.XXXXXX")
  fi
  if [ ! -w "$CATALINA_BASE/webapps" ]; then vts_options="$vts_options -Dtomcat.unpack=false"; fi

  CATALINA_OPTS="$vts_options ${CATALINA_OPTS:-}"
  unset vts_options vts_java vts_version

  # Java's log handler for consoles writes to standard error.
  if [ "$1" = run ]; then exec 2>&1; fi
  ;;
esac
