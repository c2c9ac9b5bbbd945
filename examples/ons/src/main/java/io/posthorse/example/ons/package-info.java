/** Seven programs with the client of Alibaba Cloud, one for each feature. */
package io.posthorse.example.ons;
