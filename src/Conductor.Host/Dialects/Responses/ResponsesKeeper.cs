using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Http;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Wire.Responses;

namespace Conductor.Host.Dialects.Responses;

/// <summary>Keeps answers that their callers did not ask not to. An answer is never lost because it could not be kept.</summary>
internal sealed partial class ResponsesKeeper(IResponseStore store, ISettings settings, TimeProvider time, ILogger<ResponsesKeeper> logger)
{
    /// <summary>Whether this answer is to be kept.</summary>
    public bool Wants(ResponsesExchange exchange) => exchange.WantsStored && settings.Current.Storage.Responses is { Enabled: true, MaxTenantBytes: > 0 };

    /// <summary>Keeps an answer.</summary>
    /// <param name="exchange">What was asked.</param>
    /// <param name="context">Who asked.</param>
    /// <param name="answer">The whole answer, as its caller gets it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it is kept.</returns>
    public async Task<bool> KeepAsync(ResponsesExchange exchange, CallContext context, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        if (!Wants(exchange))
        {
            return false;
        }

        var current = settings.Current.Storage.Responses;
        var now = time.GetUtcNow();
        try
        {
            var body = JsonElement.Parse(answer.Span);
            var id = body.TryGetProperty("id", out var own) && own.ValueKind == JsonValueKind.String ? own.GetString()! : exchange.Id;
            var input = ResponsesItems.InputOf(exchange.Body, ResponsesExchange.NewId);
            var isKept = await store.SaveAsync(
                new StoredResponse
                {
                    Id = id,
                    TenantId = context.TenantId,
                    PreviousId = exchange.PreviousId,
                    CreatedAt = now,
                    ExpiresAt = now + current.Ttl,
                    Input = input,
                    Body = answer,
                    ItemIds = ResponsesItems.IdsOf([.. Items(body, "output"), .. JsonElement.Parse(input.Span).EnumerateArray()]),
                },
                current.MaxTenantBytes,
                cancellationToken);
            if (!isKept)
            {
                TooLarge(logger, context.RequestId, current.MaxTenantBytes);
            }

            return isKept;
        }
        catch (Exception failure) when (failure is StorageException or JsonException or InvalidOperationException)
        {
            NotKept(logger, context.RequestId, failure.Message);
            return false;
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    [LoggerMessage(HostEventIds.ResponseNotKept, LogLevel.Warning, "The answer to request {RequestId} could not be kept: {Problem}")]
    private static partial void NotKept(ILogger logger, string requestId, string problem);

    [LoggerMessage(HostEventIds.ResponseTooLarge, LogLevel.Warning, "The answer to request {RequestId} is not kept: with its input it is larger than {Limit} bytes")]
    private static partial void TooLarge(ILogger logger, string requestId, long limit);
}
