namespace Conductor.Providers;

/// <summary>Bytes in, bytes out, for a target that speaks the caller's dialect: unknown members survive by construction.</summary>
public interface IRawTransport
{
    /// <summary>Whether requests of this dialect and endpoint can be sent as they are.</summary>
    /// <param name="dialect">The dialect's name, for example `openai`.</param>
    /// <param name="endpoint">Which endpoint of it.</param>
    bool Supports(string dialect, RawEndpoint endpoint);

    /// <summary>Whether <see cref="RawRequest.MaxOutputTokens"/> is put into a body of this kind. Where it is not, a request that needs a limit which its caller did not name is asked typed.</summary>
    /// <param name="dialect">The dialect's name.</param>
    /// <param name="endpoint">Which endpoint of it.</param>
    bool AddsLimit(string dialect, RawEndpoint endpoint) => false;

    /// <summary>Sends a request and returns once the headers of a successful reply are in.</summary>
    /// <exception cref="ProviderException">The upstream refused, failed or could not be reached; a status of 400 and above is always thrown.</exception>
    Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken);
}
