package io.posthorse.example.registration;

/**
 * A registered user; also the body of the message that tells of it.
 *
 * @param id given by the application before anything is stored, so that storing twice is noticed
 */
public record User(String id, String name, String mail, String phone) {
}
