# The commands "mqadmin" and "tools", sourced by bin/posthorse: programs of RocketMQ's own libraries, unchanged, which Maven
# brings once for each version. Does not return.
rocketmq_tools() {
    local version=${POSTHORSE_ROCKETMQ_VERSION:-5.5.0} lib main bring
    case "$version" in
    [0-9]*) ;;
    *) version= ;;
    esac
    if [ -z "$version" ] || [[ "$version" == */* ]]; then
        echo "POSTHORSE_ROCKETMQ_VERSION is \"$POSTHORSE_ROCKETMQ_VERSION\"; a released version such as 5.5.0 or 4.9.8 is due." >&2
        exit 1
    fi
    main=org.apache.rocketmq.tools.command.MQAdminStartup
    if [ "$1" = tools ]; then
        if [ $# -lt 2 ]; then
            echo "usage: tools.sh CLASS [ARGUMENT...], such as tools.sh org.apache.rocketmq.example.quickstart.Producer" >&2
            exit 1
        fi
        main=$2
        shift
    fi
    shift
    lib="$home/tools/target/rocketmq-$version"
    if ! ls "$lib"/rocketmq-tools-*.jar >/dev/null 2>&1; then
        command -v mvn >/dev/null || {
            echo "The libraries of RocketMQ $version are not here yet, and Maven (mvn) to bring them was not found. Install it." >&2
            exit 1
        }
        echo "Bringing the libraries of RocketMQ $version; this happens once." >&2
        bring=(mvn -B -q -f "$home/tools/pom.xml" "-Drocketmq.version=$version")
        if "${bring[@]}" package >/dev/null 2>&1; then
            :
        elif "${bring[@]}" -Dwithout.examples package >&2; then
            echo "RocketMQ $version has no published examples: tools.sh finds the classes of its other libraries only." >&2
        else
            echo "The libraries of RocketMQ $version could not be brought; the lines above say why." >&2
            exit 1
        fi
    fi
    # A user's keys are in a file of the user's own, and never in this checkout.
    local own=${XDG_CONFIG_HOME:-$HOME/.config}/posthorse
    if [ -z "$ROCKETMQ_HOME" ] && [ -f "$own/conf/tools.yml" ]; then
        [ -f "$own/conf/logback_tools.xml" ] || cp "$home/conf/logback_tools.xml" "$own/conf/" 2>/dev/null || true
        ROCKETMQ_HOME=$own
    fi
    export ROCKETMQ_HOME=${ROCKETMQ_HOME:-$home}
    exec "$JAVA" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+IgnoreUnrecognizedVMOptions \
        --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
        --add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow $JAVA_OPT \
        -cp ".:$ROCKETMQ_HOME/conf:$lib/*${CLASSPATH:+:$CLASSPATH}" "$main" "$@"
}
