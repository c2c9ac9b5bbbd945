package io.posthorse.interop.admin;

/** Commands about the name server. */
final class NameServerSteps {

    private final Stage stage;
    private final Tool tool;

    NameServerSteps(Stage stage) {
        this.stage = stage;
        this.tool = stage.tool;
    }

    void addTo(Catalog catalog) {
        catalog.add("updateKvConfig", () -> tool.run("updateKvConfig", "-s", "space", "-k", "key", "-v", "value")
                        .shows("create or update kv config to namespace success"))
                .add("deleteKvConfig", () -> tool.run("deleteKvConfig", "-s", "space", "-k", "key")
                        .shows("delete kv config from namespace success"))
                .add("getNamesrvConfig", () -> tool.run("getNamesrvConfig").shows(stage.nameServer)
                        .matches("listenPort += +\\d+"))
                .add("updateNamesrvConfig", () -> {
                    tool.run("updateNamesrvConfig", "-k", "orderMessageEnable", "-v", "true")
                            .shows("update name server config success");
                    tool.run("updateNamesrvConfig", "-k", "kvConfigPath", "-v", "/tmp/x")
                            .has("CODE: 16", "kvConfigPath: it cannot be changed");
                });
    }
}
