package io.posthorse.example.registration;

/** A way to reach a user. */
public enum Channel {
    MAIL,
    SMS;

    /** Where the user is reached on this channel. */
    String address(User user) {
        return this == MAIL ? user.mail() : user.phone();
    }
}
