/** Seven programs with the client of Alibaba's cloud, one for each thing that it can do. */
package io.posthorse.example.ons;
