package io.posthorse.example.ons;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the programs one after the other and prints what was received. */
public final class OnsPrograms {

    private static final Map<String, Program> PROGRAMS = new LinkedHashMap<>();

    static {
        PROGRAMS.put("ways", ThreeWays::run);
        PROGRAMS.put("filters", Filters::run);
        PROGRAMS.put("ordered", Ordered::run);
        PROGRAMS.put("delayed", Delayed::run);
        PROGRAMS.put("transactions", Transactions::run);
        PROGRAMS.put("broadcast", Broadcast::run);
        PROGRAMS.put("retries", Retries::run);
    }

    private OnsPrograms() {
    }

    /** A program: sends and receives messages and returns one line for each event. */
    interface Program {
        List<String> run(Account account) throws InterruptedException;
    }

    /**
     * Runs programs. The first argument is the name server, the others are names of programs; without names all
     * programs run.
     */
    public static void main(String[] args) throws InterruptedException {
        Account account = Account.of(args);
        List<String> names = args.length > 1 ? List.of(args).subList(1, args.length) : List.copyOf(PROGRAMS.keySet());
        for (String name : names) {
            Program program = PROGRAMS.get(name);
            if (program == null) {
                System.err.println("There is no program " + name + ". Name some of: " + String.join(" ", PROGRAMS.keySet()));
                System.exit(1);
            }
            System.out.println("--- " + name);
            program.run(account).forEach(System.out::println);
        }
    }
}
