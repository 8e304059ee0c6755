using Conductor.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>The way into a provider plugin. Created once per load; asked once for each provider that the configuration gives it.</summary>
public interface IProviderPlugin
{
    /// <summary>Registers what one provider needs, in a container of its own; an <see cref="IModelProvider"/> must be among it.</summary>
    /// <remarks>
    /// The container already holds what the host lends: <c>ILoggerFactory</c> and <c>ILogger&lt;T&gt;</c>, <c>TimeProvider</c>,
    /// <c>IHttpClientFactory</c> (ask it for <see cref="ProviderContext.Name"/>), <c>IMeterFactory</c> and <paramref name="context"/> itself.
    /// It is disposed when the provider goes; what the host lent stays.
    /// </remarks>
    /// <exception cref="PluginSettingsException">The settings are unusable; the message says which and why.</exception>
    void ConfigureServices(IServiceCollection services, ProviderContext context);
}
