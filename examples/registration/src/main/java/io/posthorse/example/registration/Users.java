package io.posthorse.example.registration;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of users. */
@Repository
public class Users {

    private final JdbcClient database;
    private final SlowStep slowStep;

    Users(JdbcClient database, SlowStep slowStep) {
        this.database = database;
        this.slowStep = slowStep;
    }

    /** Stores a user. Throws {@code DuplicateKeyException} if the name is taken. */
    void save(User user) {
        slowStep.take();
        database.sql("INSERT INTO users (id, name, mail, phone) VALUES (?, ?, ?, ?)")
                .params(user.id(), user.name(), user.mail(), user.phone())
                .update();
    }

    /** Returns whether a user with this id is stored. */
    boolean exists(String id) {
        return database.sql("SELECT COUNT(*) FROM users WHERE id = ?").param(id).query(Long.class).single() > 0;
    }
}
