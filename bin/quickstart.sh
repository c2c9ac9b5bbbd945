# The command "quickstart", sourced by bin/posthorse: the server, then a producer and a consumer of the official
# RocketMQ client in a process of their own, then the server goes on until Ctrl-C.
quickstart() {
    local messages=1000 log server ready status port=9876
    if ! ls "$home"/quickstart/target/posthorse-quickstart-*.jar >/dev/null 2>&1; then
        alone
        build "Building the quickstart." || exit 1
        build_ended
    fi
    log=$(mktemp)
    "$JAVA" "${options[@]}" $POSTHORSE_OPTS -cp "$classpath" io.posthorse.cli.Main start "$@" >"$log" 2>&1 &
    server=$!
    trap 'kill -TERM $server 2>/dev/null; wait $server || true; tail -n 1 "$log"; rm -f "$log"; exit 0' INT TERM
    ready=yes
    await_ready "$log" $server || ready=
    cat "$log"
    if [ -z "$ready" ]; then
        rm -f "$log"
        wait $server
        exit $?
    fi
    port=$(sed -n 's/^  name server  [^ ]*:\([0-9]*\) .*/\1/p' "$log")
    echo
    echo "The official RocketMQ client, unchanged, in a process of its own (namesrvAddr=127.0.0.1:$port):"
    status=0
    "$JAVA" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Drocketmq.client.logUseSlf4j=true \
        --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
        -cp "$(ls "$home"/quickstart/target/posthorse-quickstart-*.jar | head -1):$home/quickstart/target/lib/*" \
        io.posthorse.quickstart.Quickstart "127.0.0.1:$port" $messages || status=$?
    echo
    if [ $status -ne 0 ]; then
        echo "Not everything came back; the server's output is in $log" >&2
        kill -TERM $server
        exit 1
    fi
    echo "The server goes on: point your clients at namesrvAddr=127.0.0.1:$port. Ctrl-C ends it."
    wait $server || true
}
