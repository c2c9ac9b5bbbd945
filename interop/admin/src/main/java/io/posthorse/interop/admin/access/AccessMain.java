package io.posthorse.interop.admin.access;

import io.posthorse.interop.admin.Tool;

/** The commands of mqadmin about users and rules, run as the user that tools.yml names, and the dashboard's page. */
public final class AccessMain {
    private static boolean passed = true;

    private AccessMain() {
    }

    /**
     * Runs the steps, and prints a verdict for each.
     *
     * @param arguments name server, broker (each host:port)
     */
    public static void main(String[] arguments) {
        Tool tool = new Tool(arguments[0]);
        String broker = arguments[1];
        play("users", () -> users(tool, broker));
        play("rules", () -> rules(tool, broker));
        play("page", () -> new AccessPage(arguments[0], broker).run());
        play("refusals", () -> refusals(tool, broker));
        play("other-commands", () -> otherCommands(tool));
        System.exit(passed ? 0 : 1);
    }

    /** A step; it throws where the result is wrong. */
    private interface Step {
        void run() throws Exception;
    }

    private static void play(String name, Step step) {
        String result = "PASS";
        try {
            step.run();
        } catch (Exception | AssertionError e) {
            result = "FAIL";
            passed = false;
            e.printStackTrace(System.out);
        }
        System.out.println("verdict step=" + name + " result=" + result);
    }

    private static void users(Tool tool, String broker) {
        tool.run("createUser", "-b", broker, "-u", "ann", "-p", "secret-of-ann", "-t", "Normal").shows("success");
        tool.run("getUser", "-b", broker, "-u", "ann").shows("ann", "secret-of-ann", "Normal", "enable");
        tool.run("updateUser", "-b", broker, "-u", "ann", "-s", "disable").shows("success");
        tool.run("getUser", "-b", broker, "-u", "ann").shows("disable", "secret-of-ann");
        tool.run("updateUser", "-b", broker, "-u", "ann", "-s", "enable").shows("success");
        tool.run("updateUser", "-b", broker, "-u", "ann", "-p", "another-secret").shows("success");
        tool.run("listUser", "-b", broker).shows("ann", "root", "Super").lacks("another-secret");
        tool.run("listUser", "-c", "DefaultCluster", "-f", "an").shows("ann").lacks("root");
    }

    private static void rules(Tool tool, String broker) {
        tool.run("createAcl", "-b", broker, "-s", "User:ann", "-r", "Topic:orders*", "-a", "Pub,Sub", "-d", "Allow",
                "-i", "127.0.0.1").shows("success");
        tool.run("createAcl", "-c", "DefaultCluster", "-s", "User:ann", "-r", "Group:readers", "-a", "Sub", "-d", "Allow")
                .shows("success");
        tool.run("getAcl", "-b", broker, "-s", "User:ann").shows("User:ann", "Topic:orders*", "Pub", "Sub", "127.0.0.1",
                "Allow", "Group:readers");
        tool.run("updateAcl", "-b", broker, "-s", "User:ann", "-r", "Topic:orders*", "-a", "Pub", "-d", "Deny")
                .shows("success");
        tool.run("getAcl", "-b", broker, "-s", "User:ann").shows("Deny").lacks("127.0.0.1");
        tool.run("listAcl", "-b", broker).shows("User:ann", "Group:readers");
        tool.run("deleteAcl", "-b", broker, "-s", "User:ann", "-r", "Topic:orders*").shows("success");
        tool.run("listAcl", "-b", broker, "-s", "User:ann").shows("Group:readers").lacks("orders");
        tool.run("deleteAcl", "-b", broker, "-s", "User:ann").shows("success");
        tool.run("getAcl", "-b", broker, "-s", "User:ann").lacks("Group:readers");
        tool.run("deleteUser", "-b", broker, "-u", "ann").shows("success");
        tool.run("listUser", "-b", broker).shows("root").lacks("ann");
    }

    private static void refusals(Tool tool, String broker) {
        tool.run("createUser", "-b", broker, "-u", "bob", "-p", "short").has("at least 6 characters (auth.password.min)");
        tool.run("createAcl", "-b", broker, "-s", "User:nobody", "-r", "Topic:t", "-a", "Pub", "-d", "Allow")
                .has("The user is not exist: nobody");
        tool.run("deleteUser", "-b", broker, "-u", "root").has("the last super user");
    }

    private static void otherCommands(Tool tool) {
        tool.run("clusterList").shows("DefaultCluster");
        tool.run("updateTopic", "-c", "DefaultCluster", "-t", "MadeByRoot").shows("create topic to");
        tool.run("topicList").shows("MadeByRoot");
    }
}
