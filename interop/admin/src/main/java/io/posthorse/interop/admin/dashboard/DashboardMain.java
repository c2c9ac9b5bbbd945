package io.posthorse.interop.admin.dashboard;

import io.posthorse.interop.admin.Hurry;
import io.posthorse.interop.admin.Main;

/** Runs all steps of the tools of 5.x, and the pages of the dashboard that uses them. */
public final class DashboardMain {

    private DashboardMain() {
    }

    /**
     * Runs the steps.
     *
     * @param arguments name server, broker (each host:port)
     */
    public static void main(String[] arguments) throws Exception {
        Hurry.begin();
        Main.play(arguments, new Dashboard(arguments[0], arguments[1]).pages());
    }
}
