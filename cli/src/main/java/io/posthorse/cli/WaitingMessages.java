package io.posthorse.cli;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The common part of the commands on waiting messages: lists, page by page, and actions on single messages. */
final class WaitingMessages {
    private static final int PAGE = 1_000;

    private final PrintWriter out;
    private final PrintWriter err;

    WaitingMessages(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** An action with a broker. */
    interface Work {
        int with(RemoteBroker broker) throws CommandFailedException;
    }

    /** Connects and runs an action; prints failures, and returns the exit code. */
    int run(RemoteOptions remote, Work work) {
        try (RemoteBroker broker = remote.open()) {
            return work.with(broker);
        } catch (CommandFailedException e) {
            err.println(e.getMessage());
            return e.exitCode();
        } finally {
            out.flush();
            err.flush();
        }
    }

    /**
     * Prints a list.
     *
     * @param what description of the messages for the line below the table
     */
    int list(RemoteBroker broker, int code, WaitingOptions options, WaitingTable table, String what)
            throws CommandFailedException {
        if (options.limit() < 1) {
            throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "--limit " + options.limit() + " would show"
                    + " nothing, so no request was sent. Give a number from 1.");
        }
        JsonWriter json = new JsonWriter().beginObject().name("messages").beginArray();
        int left = options.limit();
        String token = null;
        long waiting;
        do {
            Frame answer = broker.ask(code, options.fields(Math.min(left, PAGE), token));
            JsonValue.Obj page = page(answer);
            for (JsonValue message : page.array("messages")) {
                json.value(message);
                table.add(message.asObject());
                left--;
            }
            waiting = page.number("waiting", 0);
            token = page.text("next", null);
        } while (token != null && left > 0);
        if (options.json()) {
            out.println(json.endArray().name("waiting").value(waiting).name("more").value(token != null).endObject());
            return Launch.WELL;
        }
        int shown = options.limit() - left;
        if (shown > 0) {
            table.text().forEach(out::println);
        }
        out.println(shown + " shown of " + waiting + " " + what + "." + (token == null
                ? ""
                : " There may be more: narrow the list with --topic, --after, --before, or raise --limit."));
        return Launch.WELL;
    }

    private static JsonValue.Obj page(Frame answer) throws CommandFailedException {
        try {
            return JsonReader.read(answer.body()).asObject();
        } catch (MalformedFrameException e) {
            throw new CommandFailedException(Launch.NOT_STARTED, "The broker's answer cannot be read (" + e.getMessage()
                    + "). Nothing was changed. Use the command of the broker's release.");
        }
    }

    /** Sends a request for each of the messages; a failure with one does not prevent the others. */
    int each(RemoteBroker broker, int code, List<String> ids, String topic, String done) throws CommandFailedException {
        int exitCode = Launch.WELL;
        for (String id : ids) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("id", id);
            if (topic != null) {
                fields.put("topic", topic);
            }
            try {
                Frame answer = broker.ask(code, fields);
                String of = answer.field("topic") == null ? "" : " of topic " + answer.field("topic");
                out.println(done + " " + id + of + ".");
            } catch (CommandFailedException e) {
                if (broker.isBroken()) {
                    throw e;
                }
                err.println(e.getMessage());
                exitCode = e.exitCode();
            }
        }
        return exitCode;
    }
}
