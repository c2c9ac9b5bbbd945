# Sourced by examples/run.
built "$app" || build examples/registration
java_app registration io.posthorse.example.registration.RegistrationApplication "$@"
await_port 8301 60 "The application"
echo
echo "Open http://127.0.0.1:8301, or: curl -X POST 'http://127.0.0.1:8301/measure?rounds=10'. Ctrl-C ends everything."
wait "${started[${#started[@]}-1]}"
