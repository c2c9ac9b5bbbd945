# Sourced by examples/run. The client of 2020 needs one package of the JDK opened.
built "$app" || build examples/parking-classic
EXAMPLE_JVM="--add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/java.lang=ALL-UNNAMED"
java_app message io.posthorse.example.parkingclassic.message.MessageApplication "$@"
java_app charging io.posthorse.example.parkingclassic.charging.ChargingApplication "$@"
await_port 8304 60 "The message service"
await_port 8303 60 "The charging service"
echo
echo "Send a message: curl -X POST http://127.0.0.1:8303/sendTestMsg. It shows here, up to a minute later the first time."
echo "Ctrl-C ends everything."
wait "${started[${#started[@]}-1]}"
