using Azure.Core;
using Azure.Identity;
using Conductor.Providers.Http;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>Tokens of Entra, each used until shortly before it ends.</summary>
internal sealed class EntraCredential(TokenCredential credential, string scope, TimeProvider time) : IUpstreamCredential
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    private volatile Ticket? _ticket;

    public string Header => "Authorization";

    public ValueTask<string?> GetAsync(CancellationToken cancellationToken) =>
        _ticket is { } ticket && ticket.RenewAt > time.GetUtcNow() ? new(ticket.Value) : RenewAsync(cancellationToken);

    private async ValueTask<string?> RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellationToken).ConfigureAwait(false);
            var value = "Bearer " + token.Token;
            _ticket = new Ticket(value, token.ExpiresOn - Early);
            return value;
        }
        catch (AuthenticationFailedException)
        {
            // Its text names identities and addresses.
            throw new ProviderException(ProviderErrorKind.Credentials, "There is no Entra token for Azure OpenAI: this machine has no identity that may have one.");
        }
    }

    private sealed record Ticket(string Value, DateTimeOffset RenewAt);
}
