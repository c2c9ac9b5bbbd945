# Sourced by examples/run.
built "$app" || build examples/parking
java_app charging io.posthorse.example.parking.charging.ChargingApplication "$@"
java_app message io.posthorse.example.parking.message.MessageApplication "$@"
await_port 8303 60 "The charging service"
await_port 8304 60 "The message service"
echo
echo "Open http://127.0.0.1:8304, then let a car leave: curl -X POST 'http://127.0.0.1:8303/exit/HH-PH-1?minutes=95'."
echo "The first notice takes up to half a minute, the next ones come at once."
echo "Ctrl-C ends everything."
wait "${started[${#started[@]}-1]}"
