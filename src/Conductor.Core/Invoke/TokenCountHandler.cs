using Conductor.Calls;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Providers;
using Conductor.Routing;
using MediatR;

namespace Conductor.Invoke;

/// <summary>Counts a chat's tokens: the target itself where it speaks the caller's dialect and counts, else Conductor, without a call to anybody.</summary>
internal sealed class TokenCountHandler(AttemptServices services) : IRequestHandler<TokenCountCall, TokenCountOutcome>
{
    private static readonly string[] Estimated = ["The number of tokens is an estimate: the target does not count them, and the model's vocabulary is not known."];

    public Task<TokenCountOutcome> Handle(TokenCountCall request, CancellationToken cancellationToken)
    {
        var hop = request.Hop!;
        if (request.Hooks is null && request.Body is { } body && Counts(hop, body.Dialect))
        {
            var scope = AttemptScope.Begin(request, services, cancellationToken);
            return scope.RunAsync(() => RawExchange.CountAsync(request, scope, scope.Provider.RawTransport!));
        }

        var count = TokenCounter.Chat(hop.Model.Id, request.Request);
        return Task.FromResult(new TokenCountOutcome
        {
            Provider = hop.Provider.Name,
            Model = hop.Model.Id,
            Tokens = count.Tokens,
            Notices = count.IsExact ? [] : Estimated,
        });
    }

    private static bool Counts(RouteHop hop, IDialect dialect)
    {
        if (!hop.Provider.TryAcquire())
        {
            return false;
        }

        try
        {
            return hop.Provider.Provider.RawTransport?.Supports(dialect.Name, RawEndpoint.CountTokens) ?? false;
        }
        finally
        {
            hop.Provider.Release();
        }
    }
}
