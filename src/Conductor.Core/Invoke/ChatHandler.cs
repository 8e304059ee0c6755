using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Providers;
using MediatR;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>Asks one target for a chat answer: raw where the target speaks the caller's dialect, typed otherwise.</summary>
internal sealed class ChatHandler(AttemptServices services) : IRequestHandler<ChatCall, ChatOutcome>
{
    public Task<ChatOutcome> Handle(ChatCall request, CancellationToken cancellationToken)
    {
        var scope = AttemptScope.Begin(request, services, cancellationToken);
        return request.IsStreaming ? StreamAsync(request, scope) : scope.RunAsync(() => AttemptAsync(request, scope));
    }

    private async Task<ChatOutcome> StreamAsync(ChatCall call, AttemptScope scope)
    {
        var outcome = await scope.RunAsync(() => AttemptAsync(call, scope)).ConfigureAwait(false);
        services.CountStream(call);
        return outcome;
    }

    private static Task<ChatOutcome> AttemptAsync(ChatCall call, AttemptScope scope)
    {
        // What hooks look at is text: their calls go typed.
        if (call.Hooks is null && call.Body is { IsTypedOnly: false } body && scope.Provider.RawTransport is { } transport && IsRaw(call, scope, body, transport))
        {
            return body.Endpoint is RawEndpoint.Completions ? CompleteAsync(call, scope, transport) : RawAsync(call, scope, transport);
        }

        return TypedAsync(call, scope);
    }

    // An answer that needs a limit which the caller did not name is asked for typed where the target cannot put it into the caller's bytes.
    private static bool IsRaw(ChatCall call, AttemptScope scope, DialectBody body, IRawTransport transport)
    {
        var endpoint = body.Endpoint ?? RawEndpoint.Chat;
        if (!transport.Supports(body.Dialect.Name, endpoint))
        {
            return false;
        }

        if (OutputLimits.Added(call, scope.Hop) is null)
        {
            return true;
        }

        if (!transport.AddsLimit(body.Dialect.Name, endpoint) || OutputLimits.MayBeNamed(body.Bytes.Span))
        {
            return false;
        }

        ChatTargets.NoteLosses(call, [], [OutputLimits.Changed]);
        return true;
    }

    // Many servers speak the dialect and have no such address, or not for this model. A chat comes near enough to what was asked, and what it lacks is told.
    private static async Task<ChatOutcome> CompleteAsync(ChatCall call, AttemptScope scope, IRawTransport transport)
    {
        try
        {
            return await RawAsync(call, scope, transport).ConfigureAwait(false);
        }
        catch (ProviderException missing) when (missing.StatusCode is 404 or 405 or 501)
        {
            return await TypedAsync(call, scope).ConfigureAwait(false);
        }
    }

    private static Task<ChatOutcome> RawAsync(ChatCall call, AttemptScope scope, IRawTransport transport) =>
        call.IsStreaming ? RawChatStream.StartAsync(call, scope, transport) : RawExchange.ChatAsync(call, scope, transport);

    private static Task<ChatOutcome> TypedAsync(ChatCall call, AttemptScope scope)
    {
        var client = scope.Provider.GetChatClient(scope.Hop.Model.Id)
            ?? throw new ProviderException(ProviderErrorKind.Unsupported, $"Provider '{scope.Hop.Provider.Name}' has no chat.");
        ChatTargets.NoteLosses(call);
        return call.IsStreaming ? TypedChatStream.StartAsync(call, scope, client) : AskAsync(call, scope, client);
    }

    private static async Task<ChatOutcome> AskAsync(ChatCall call, AttemptScope scope, IChatClient client)
    {
        var chat = call.Request;
        var response = await scope.GuardAsync(token =>
        {
            var options = ChatTargets.For(call, scope.Hop);
            scope.Ask();
            return client.GetResponseAsync(chat.Messages, options, token);
        }).ConfigureAwait(false);
        scope.MarkAnswered();
        if (scope.Signatures is { } signatures)
        {
            foreach (var content in response.Messages.SelectMany(message => message.Contents))
            {
                signatures.Note(call, scope.Hop, content);
            }
        }

        call.Drop(DroppedParameters.Read(response.AdditionalProperties));
        call.Change(ChangedParameters.Read(response.AdditionalProperties));
        var usage = UsageReader.Read(response.Usage);
        scope.Succeed(usage, () => UsageEstimator.Estimate(call, response.Text));
        return new ChatOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            Response = response,
        };
    }
}
