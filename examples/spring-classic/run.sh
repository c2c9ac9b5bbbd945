# Sourced by examples/run. A first word names the consumer; "send" starts the producer only. The client of 2019 needs two packages of
# the JDK opened; what it would keep in the home directory is kept here.
consumer=one
case "$1" in "" | -*) ;; *) consumer=$1; shift ;; esac
built "$app" || build examples/spring-classic
EXAMPLE_JVM="--add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/java.lang=ALL-UNNAMED"
EXAMPLE_JVM="$EXAMPLE_JVM -Drocketmq.client.logRoot=$data/logs -Drocketmq.client.localOffsetStoreDir=$data/offsets"
package=io.posthorse.example.springclassic
java_app "producer-$consumer" $package.producer.ProducerApplication "$@"
wait "${started[${#started[@]}-1]}"
[ "$consumer" = send ] && finish 0
java_app "consumer-$consumer" $package.consumer.ConsumerApplication --consumer="$consumer"
echo "What was sent is received below. In a second terminal: examples/run spring-classic two. Ctrl-C ends the consumer."
wait "${started[${#started[@]}-1]}"
