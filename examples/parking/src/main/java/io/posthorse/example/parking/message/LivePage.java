package io.posthorse.example.parking.message;

import io.posthorse.example.parking.FeeNotice;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The viewers of the page, as streams of server-sent events, and the newest notices for viewers that connect later. */
@RestController
class LivePage {

    private static final int REMEMBERED = 1_000;

    private final List<SseEmitter> viewers = new CopyOnWriteArrayList<>();
    private final Deque<FeeNotice> newest = new ArrayDeque<>();

    /** Opens an event stream to a new viewer. It stays open until the browser disconnects. */
    @GetMapping("/events")
    SseEmitter open() {
        SseEmitter viewer = new SseEmitter(0L);
        viewer.onCompletion(() -> viewers.remove(viewer));
        viewer.onError(e -> viewers.remove(viewer));
        viewers.add(viewer);
        return viewer;
    }

    /** Returns the newest notices, oldest first. */
    @GetMapping("/notices")
    List<FeeNotice> notices() {
        synchronized (newest) {
            return new ArrayList<>(newest);
        }
    }

    /** Sends a notice to all viewers. */
    void show(FeeNotice notice) {
        synchronized (newest) {
            newest.addLast(notice);
            if (newest.size() > REMEMBERED) {
                newest.removeFirst();
            }
        }
        for (SseEmitter viewer : viewers) {
            try {
                viewer.send(SseEmitter.event().name("notice").data(notice));
            } catch (IOException | IllegalStateException e) {
                viewers.remove(viewer);
            }
        }
    }
}
