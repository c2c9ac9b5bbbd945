/** What the two services of the parking example share: the body of their message. */
package io.posthorse.example.parking;
