# Sourced by examples/run.
built "$app" || build examples/shop
database=9092
registry=2181
steps="$data/steps"
mkdir -p "$steps"
java_app infrastructure io.posthorse.example.shop.infrastructure.InfrastructureApplication $database $registry
needed+=($!)
await_port $database 60 "The database"
await_port $registry 60 "The registry"
for service in goods:Goods coupon:Coupon user:User order:Order pay:Pay; do
    java_app "${service%:*}" "io.posthorse.example.shop.${service%:*}.${service#*:}Application" --shop.steps="$steps" "$@"
done
for port in 20881 20882 20883 8305 8306; do
    await_port $port 120 "A service"
done
echo
echo "The shop is open: orders at http://127.0.0.1:8305/orders, payments at http://127.0.0.1:8306/payments."
echo "examples/shop/README.md has the calls. Ctrl-C ends everything."
wait "${started[0]}" "${started[1]}"
