# shellcheck shell=sh
# catalina.sh reads this file. Options that CATALINA_OPTS already has come later and take precedence.

case "${1:-}" in run | start | debug | jpda)
  # Tomcat exits when another program has its port or when memory runs out, so that a service manager can restart it.
  vts_options="-Dorg.apache.catalina.startup.EXIT_ON_INIT_FAILURE=true -XX:+ExitOnOutOfMemoryError"

  # The serial collector needs less memory and CPU time than G1.
  case "${JAVA_OPTS:-} ${CATALINA_OPTS:-}" in
    *-XX:+Use*GC*) ;;
    *) vts_options="$vts_options -XX:+UseSerialGC" ;;
  esac

  # server.xml reads properties only.
  if [ -n "${VTS_PORT:-}" ]; then vts_options="$vts_options -Dvts.port=$VTS_PORT"; fi
  if [ -n "${VTS_ADDRESS:-}" ]; then vts_options="$vts_options -Dvts.address=$VTS_ADDRESS"; fi

  # Java 21 and newer have virtual threads; with an older one, Tomcat would not open its port if this were set. With
  # virtual threads, requests may run on after unloadDelay: context.xml.
  vts_java="${JRE_HOME:-${JAVA_HOME:-}}/bin/java"
  if [ ! -x "$vts_java" ]; then vts_java=java; fi
  vts_version=$("$vts_java" -version 2>&1 | sed -n 's/^[a-z]* version "\([0-9]*\).*/\1/p')
  if [ "${vts_version:-0}" -ge 21 ]; then
    vts_options="$vts_options -Dtomcat.virtual-threads=true -Dtomcat.unload-delay=2000"
  fi

  # If Tomcat's directories are read-only, the temporary directory is elsewhere and a WAR is not unpacked.
  if [ -z "${CATALINA_TMPDIR:-}" ] && [ ! -w "$CATALINA_BASE/temp" ]; then
    CATALINA_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/tomcat.XXXXXX")
  fi
  if [ ! -w "$CATALINA_BASE/webapps" ]; then vts_options="$vts_options -Dtomcat.unpack=false"; fi

  CATALINA_OPTS="$vts_options ${CATALINA_OPTS:-}"
  unset vts_options vts_java vts_version

  # Java's console log handler writes to standard error.
  if [ "$1" = run ]; then exec 2>&1; fi
  ;;
esac
