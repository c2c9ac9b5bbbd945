# Sourced by examples/run. Words name programs; without any all run. What the client would keep in the home directory is kept here.
built "$app" || build examples/ons
EXAMPLE_JVM="-Dons.client.logRoot=$data/logs -Drocketmq.client.localOffsetStoreDir=$data/offsets"
java_app ons io.posthorse.example.ons.OnsPrograms 127.0.0.1:$port "$@"
wait "${started[${#started[@]}-1]}"
