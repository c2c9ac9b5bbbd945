# Sourced by examples/run. The first word names the program; what follows goes to it.
jms=tcp://127.0.0.1:61616
package=io.posthorse.example.jms
program=$1
[ $# -gt 0 ] && shift
case "$program" in
    queue) set -- HelloQueue $jms ;;
    topic) set -- HelloTopic $jms ;;
    transaction) set -- Transactions $jms ;;
    modes) set -- AcknowledgeModes $jms ;;
    kept) set -- KeptOverRestart $jms "$@" ;;
    spring) set -- SpringListener $jms ;;
    request) set -- RequestReply $jms ;;
    delayed) set -- DelayedMessage $jms ;;
    q24) set -- OneTopic $jms ;;
    *) fail "Usage: examples/run jms PROGRAM, where PROGRAM is one of: queue topic transaction modes kept spring request delayed q24" ;;
esac
built "$app" || build examples/jms
await_port 61616 10 "JMS"
main=$1
shift
java_app "$main" "$package.$main" "$@"
wait "${started[${#started[@]}-1]}"
