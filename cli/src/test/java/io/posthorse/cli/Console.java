package io.posthorse.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * The output and the exit code of a command.
 *
 * @param out standard output
 * @param err error output
 */
record Console(int exitCode, String out, String err) {
    static Console run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine(arguments)
                .setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
        return new Console(exitCode, out.toString(), err.toString());
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
