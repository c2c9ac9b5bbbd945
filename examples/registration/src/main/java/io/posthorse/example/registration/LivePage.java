package io.posthorse.example.registration;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The viewers of the page, as streams of server-sent events. */
@Component
public class LivePage {

    private final List<SseEmitter> viewers = new CopyOnWriteArrayList<>();

    /** Opens an event stream to a new viewer. It stays open until the browser disconnects. */
    SseEmitter open() {
        SseEmitter viewer = new SseEmitter(0L);
        viewer.onCompletion(() -> viewers.remove(viewer));
        viewer.onError(e -> viewers.remove(viewer));
        viewers.add(viewer);
        return viewer;
    }

    /** Sends an event to all viewers. */
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
