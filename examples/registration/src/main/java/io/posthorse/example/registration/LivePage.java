package io.posthorse.example.registration;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The browsers that look at the page, as streams of server-sent events. */
@Component
public class LivePage {

    private final List<SseEmitter> viewers = new CopyOnWriteArrayList<>();

    /** A new viewer; stays until its browser leaves. */
    SseEmitter open() {
        SseEmitter viewer = new SseEmitter(0L);
        viewer.onCompletion(() -> viewers.remove(viewer));
        viewer.onError(e -> viewers.remove(viewer));
        viewers.add(viewer);
        return viewer;
    }

    /** Shows an event to all who look. */
    void show(String name, Object data) {
        for (SseEmitter viewer : viewers) {
            try {
                viewer.send(SseEmitter.event().name(name).data(data));
            } catch (IOException | IllegalStateException e) {
                viewers.remove(viewer);
            }
        }
    }
}
