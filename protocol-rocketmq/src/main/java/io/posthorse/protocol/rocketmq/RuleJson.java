package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Accounts;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.util.ArrayList;
import java.util.List;

/**
 * Access rules in the JSON of RocketMQ 5's tools: {@code {"subject":"User:ann","policies":[{"policyType":"Custom","entries":
 * [{"resource":"Topic:t","actions":["Pub"],"sourceIps":["10.0.0.1"],"decision":"Allow"}]}]}}.
 */
final class RuleJson {
    private static final String CUSTOM = "Custom";

    private RuleJson() {}

    static List<Accounts.RuleView> read(JsonValue.Obj body) {
        List<Accounts.RuleView> rules = new ArrayList<>();
        for (JsonValue policy : body.array("policies")) {
            String type = policy.asObject().text("policyType", CUSTOM);
            policy.asObject().array("entries").forEach(entry -> rules.add(rule(type, entry.asObject())));
        }
        return rules;
    }

    private static Accounts.RuleView rule(String policy, JsonValue.Obj entry) {
        return new Accounts.RuleView(policy, entry.text("resource", null), texts(entry.array("actions")),
                texts(entry.array("sourceIps")), entry.text("decision", ""));
    }

    private static List<String> texts(List<JsonValue> items) {
        List<String> texts = new ArrayList<>();
        for (JsonValue item : items) {
            if (item instanceof JsonValue.Text text) {
                texts.add(text.value());
            } else {
                throw new MalformedFrameException(
                        "expected a list of texts, but it contains " + item.getClass().getSimpleName());
            }
        }
        return texts;
    }

    static JsonWriter write(JsonWriter out, String subject, List<Accounts.RuleView> rules) {
        out.beginObject().name("policies").beginArray();
        for (String policy : List.of(CUSTOM, "Default")) {
            List<Accounts.RuleView> ofPolicy = rules.stream().filter(rule -> rule.policy().equals(policy)).toList();
            if (!ofPolicy.isEmpty()) {
                out.beginObject().name("entries").beginArray();
                ofPolicy.forEach(rule -> write(out, rule));
                out.endArray().name("policyType").value(policy).endObject();
            }
        }
        return out.endArray().name("subject").value(subject).endObject();
    }

    private static void write(JsonWriter out, Accounts.RuleView rule) {
        out.beginObject().name("actions").beginArray();
        rule.actions().forEach(out::value);
        out.endArray().name("decision").value(rule.decision());
        out.name("resource").value(rule.resource());
        out.name("sourceIps").beginArray(); // also where it is empty: RocketMQ's dashboard needs the list
        rule.sources().forEach(out::value);
        out.endArray().endObject();
    }
}
