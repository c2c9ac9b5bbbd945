package io.posthorse.protocol.rocketmq;

import io.posthorse.auth.Actions;
import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Resource;
import io.posthorse.auth.Rule;
import io.posthorse.auth.Sources;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rules in the form of RocketMQ 5's tools: {@code {"subject":"User:ann","policies":[{"policyType":"Custom","entries":
 * [{"resource":"Topic:t","actions":["Pub"],"sourceIps":["10.0.0.1"],"decision":"Allow"}]}]}}.
 */
final class RuleJson {
    private static final String USER = "User:";
    private static final String CUSTOM = "Custom";
    private static final String STANDARD = "Default";

    private RuleJson() {}

    /** The user's name in a subject. */
    static String user(String subject) {
        if (!subject.regionMatches(true, 0, USER, 0, USER.length()) || subject.length() == USER.length()) {
            throw new RefusedException("The subject " + subject + " is not User:name.");
        }
        return subject.substring(USER.length());
    }

    static boolean isStandard(String policyType) {
        if (!policyType.equalsIgnoreCase(CUSTOM) && !policyType.equalsIgnoreCase(STANDARD)) {
            throw new RefusedException("The policy type " + policyType + " is neither Custom nor Default.");
        }
        return policyType.equalsIgnoreCase(STANDARD);
    }

    static List<Rule> read(JsonValue.Obj body) {
        List<Rule> rules = new ArrayList<>();
        for (JsonValue policy : body.array("policies")) {
            boolean standard = isStandard(policy.asObject().text("policyType", CUSTOM));
            policy.asObject().array("entries").forEach(entry -> rules.add(rule(standard, entry.asObject())));
        }
        if (rules.isEmpty()) {
            throw new RefusedException("The policies is empty.");
        }
        return rules;
    }

    private static Rule rule(boolean standard, JsonValue.Obj entry) {
        String decision = entry.text("decision", "");
        if (!decision.equalsIgnoreCase("Allow") && !decision.equalsIgnoreCase("Deny")) {
            throw new RefusedException("The decision is null or illegal.");
        }
        return new Rule(
                standard,
                Resource.parse(entry.text("resource", null)),
                Actions.parse(texts(entry.array("actions"))),
                Sources.of(texts(entry.array("sourceIps"))),
                decision.equalsIgnoreCase("Allow"));
    }

    private static List<String> texts(List<JsonValue> items) {
        List<String> texts = new ArrayList<>();
        for (JsonValue item : items) {
            if (item instanceof JsonValue.Text text) {
                texts.add(text.value());
            } else {
                throw new RefusedException("a list of texts is due where there is " + item.getClass().getSimpleName());
            }
        }
        return texts;
    }

    static JsonWriter write(JsonWriter out, String user, List<Rule> rules) {
        out.beginObject().name("policies").beginArray();
        for (boolean standard : new boolean[] {false, true}) {
            List<Rule> ofType = rules.stream().filter(rule -> rule.standard() == standard).toList();
            if (!ofType.isEmpty()) {
                out.beginObject().name("entries").beginArray();
                ofType.forEach(rule -> write(out, rule));
                out.endArray().name("policyType").value(standard ? STANDARD : CUSTOM).endObject();
            }
        }
        return out.endArray().name("subject").value(USER + user).endObject();
    }

    private static void write(JsonWriter out, Rule rule) {
        out.beginObject().name("actions").beginArray();
        rule.actions().words().forEach(out::value);
        out.endArray().name("decision").value(rule.allow() ? "Allow" : "Deny");
        out.name("resource").value(rule.resource().toString());
        out.name("sourceIps").beginArray(); // also where there is none: RocketMQ's dashboard cannot do without the list
        if (!rule.sources().isAny()) {
            rule.sources().texts().forEach(out::value);
        }
        out.endArray().endObject();
    }
}
