using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>An upstream's error, read.</summary>
/// <param name="Status">The reply's status; 200 for an error inside a success.</param>
/// <param name="Error">Its error object; null where the body holds none. Its texts are the upstream's.</param>
/// <param name="Category">What that is about.</param>
/// <param name="Request">What was asked.</param>
public readonly record struct UpstreamFailure(int Status, WireError? Error, WireErrorCategory Category, UpstreamRequest Request);
