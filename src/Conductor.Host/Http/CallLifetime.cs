using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Http;

/// <summary>How long a request's work goes on: until the client leaves, or until the drain's time is up.</summary>
internal sealed class CallLifetime(DrainGate drain, CancellationToken clientLeft) : IDisposable
{
    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(clientLeft, drain.CutOff);

    public CancellationToken Token => _over.Token;

    /// <summary>The server stops and waits no longer. The client may still be there, and is told.</summary>
    public bool IsCutOff => drain.CutOff.IsCancellationRequested;

    public static CallLifetime Of(HttpContext http) => http.Features.GetRequiredFeature<CallLifetime>();

    public void Dispose() => _over.Dispose();
}
