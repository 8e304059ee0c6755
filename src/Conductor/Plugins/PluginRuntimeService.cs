using Conductor.PluginLoading;
using Conductor.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Starts the plugins with the host, follows their folders and the settings, and asks the providers now and then how they are and what they list.</summary>
internal sealed class PluginRuntimeService(
    PluginRuntime runtime, PluginWatcher watcher, PluginAudit audit, ISettings settings, TimeProvider time, ILogger<PluginRuntimeService> logger) : BackgroundService
{
    // Free calls only (models list); real traffic tells the rest.
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    // After the start, and while somebody has not listed its models: a model server is often started beside the gateway and takes longer.
    private static readonly TimeSpan CheckSoon = TimeSpan.FromSeconds(5);

    private readonly bool _watches = settings.Current.Plugins.Watch;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_watches)
        {
            watcher.Begin(); // before the first look, so that nothing falls between the two
        }

        runtime.Changed += OnPluginsChanged;

        // Loading works without waiting; on the pool, so that a host that starts its services at once starts others meanwhile.
        await Task.Run(() => runtime.StartAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        settings.Changed += OnSettingsChanged;
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        settings.Changed -= OnSettingsChanged;
        runtime.Changed -= OnPluginsChanged;
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _watches ? Task.WhenAll(RefreshAsync(stoppingToken), WatchAsync(stoppingToken)) : RefreshAsync(stoppingToken);

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var unsettled = await watcher.WaitForChangeAsync(stoppingToken).ConfigureAwait(false);
                await runtime.FollowAsync(unsettled, stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // boundary: what one look ran into must not end the watching
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                RuntimeLog.NotFollowed(logger, failure);
                await Task.Delay(PluginWatcher.PollInterval, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RefreshAsync(CancellationToken stoppingToken)
    {
        var wait = CheckSoon;
        while (true)
        {
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(false);
            try
            {
                await runtime.RefreshAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // boundary: what one look ran into must not end the looking, nor the host with it
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                RuntimeLog.NotRefreshed(logger, failure);
            }

            wait = runtime.Current.Providers.Values.All(provider => provider.IsListed) ? CheckEvery : CheckSoon;
        }
    }

    private void OnSettingsChanged(ConductorSettings changed) => _ = ApplyAsync();

    private void OnPluginsChanged() => audit.Look(runtime.Statuses);

    private async Task ApplyAsync()
    {
        try
        {
            await runtime.ApplySettingsAsync(CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: the old providers go on serving
        catch (Exception failure)
#pragma warning restore CA1031
        {
            RuntimeLog.SettingsNotApplied(logger, failure);
        }
    }
}
