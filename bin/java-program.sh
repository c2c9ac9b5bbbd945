# The command "java", sourced by bin/posthorse: runs one Java source file with the original client libraries on its class
# path, which Maven brings at the first use. A program that imports io.posthorse.embedded gets that library too. Does not return.

# Has Maven bring or build what a program needs; what it says is seen only where it fails.
bring_for_program() { # bring_for_program <what, for a sentence> <arguments of Maven>
    local what=$1
    shift
    command -v mvn >/dev/null || {
        echo "The $what are not here yet, and Maven (mvn 3.8 or later) to bring them was not found. Install it." >&2
        exit 1
    }
    echo "Bringing the $what; this happens once." >&2
    JAVA25_HOME=${JAVA%/bin/java} mvn -B -q "$@" package >&2 || {
        echo "The $what could not be brought; the lines above say why." >&2
        exit 1
    }
}

java_program() {
    local program=$1 lib="$home/tools/programs/target/lib" jars
    if [ $# -eq 0 ] || [ "$program" = --help ]; then
        echo "usage: bin/posthorse java FILE.java [ARGUMENT...]" >&2
        echo "Compiles and runs one source file with the clients of RocketMQ (remoting and gRPC) and ActiveMQ (JMS)." >&2
        [ $# -eq 0 ] || exit 0
        exit 2
    fi
    case "$program" in
    *.java) ;;
    *)
        echo "$program is not a Java source file: its name has to end in .java. Nothing was run." >&2
        exit 2
        ;;
    esac
    if [ ! -f "$program" ]; then
        echo "There is no file $program in $(pwd). Save the program there, or give the path to it." >&2
        exit 2
    fi
    shift
    jars=("$lib"/rocketmq-client-java-*.jar)
    if [ ! -f "${jars[0]}" ] || [ "$home/tools/programs/pom.xml" -nt "$lib" ]; then
        bring_for_program "client libraries of RocketMQ and ActiveMQ" -f "$home/tools/programs/pom.xml"
        touch "$lib"
    fi
    local classpath="$lib/*"
    if grep -q '^import.* io\.posthorse\.embedded' "$program"; then
        . "$home/bin/build.sh"
        build_beside embedded
        jars=("$home"/embedded/target/posthorse-embedded-*[0-9T].jar)
        classpath="$classpath:${jars[0]}"
    fi
    exec "$JAVA" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow $JAVA_OPT -cp "$classpath" "$program" "$@"
}
