using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Conductor.Budgets;
using Conductor.Host.Http;
using Conductor.Network;
using Conductor.Settings;

namespace Conductor.Host.Telemetry;

/// <summary>Posts alerts of budgets as JSON to `budgets.alert_webhook`: off the request's path, in their order, each tried three times.</summary>
internal sealed partial class BudgetWebhook(ISettings settings, TimeProvider time, ILogger<BudgetWebhook> logger) : BackgroundService, IBudgetAlertSink
{
    private const int Tries = 3;
    private const int MostWaiting = 1_000;

    // The oldest give way: what a budget is like now matters more than what it was like.
    private readonly Channel<BudgetAlert> _alerts = Channel.CreateBounded<BudgetAlert>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly HttpClient _client = OutwardHttp.ForOperator();

    public void Tell(BudgetAlert alert)
    {
        if (settings.Current.Budgets.AlertWebhook is not null)
        {
            _alerts.Writer.TryWrite(alert);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var alert in _alerts.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            if (settings.Current.Budgets.AlertWebhook is { } address)
            {
                await PostAsync(alert, address, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task PostAsync(BudgetAlert alert, Uri address, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            string why;
            try
            {
                using var content = new ReadOnlyMemoryContent(Write(alert));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await _client.PostAsync(address, content, stopping).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                why = $"it answered {(int)response.StatusCode}";
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !stopping.IsCancellationRequested)
            {
                why = failure is OperationCanceledException ? "it did not answer in time" : failure.Message;
            }

            if (attempt == Tries)
            {
                NotPosted(logger, address.Host, why);
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(attempt), time, stopping).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Write(BudgetAlert alert)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("event", "budget_alert");
        json.WriteString("scope", alert.Scope.Kind.ToString().ToLowerInvariant());
        json.WriteString("tenant", alert.Scope.Tenant.Length > 0 ? alert.Scope.Tenant : null);
        json.WriteString("name", alert.Scope.Name.Length > 0 ? alert.Scope.Name : null);
        json.WriteString("period", alert.Budget.Per.ToString().ToLowerInvariant());
        json.WriteString("mode", alert.Budget.Mode.ToString().ToLowerInvariant());
        json.WriteNumber("percent", alert.Percent);
        json.WritePropertyName("spent_usd");
        json.WriteRawValue(alert.Spent.ToString());
        json.WritePropertyName("limit_usd");
        json.WriteRawValue(alert.Budget.Limit.ToString());
        json.WriteString("reached_at", alert.At);
        json.WriteString("resets_at", alert.ResetsAt);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    [LoggerMessage(HostEventIds.BudgetAlertNotPosted, LogLevel.Warning, "A budget's alert could not be posted to {Host}: {Reason}")]
    private static partial void NotPosted(ILogger logger, string host, string reason);
}
