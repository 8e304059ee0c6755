using System.Reflection;
using System.Text.Json;

namespace Conductor.PluginLoading;

/// <summary>System.Text.Json remembers every type that reflection showed it, and so keeps a plugin's code alive.</summary>
internal static class JsonCaches
{
    /// <summary>Makes it forget, through the hook that the framework keeps for hot reload. An internal one: where a later runtime has none, nothing happens.</summary>
    /// <returns>Whether the hook is there.</returns>
    public static bool Clear()
    {
        var clear = typeof(JsonSerializer).Assembly
            .GetType("System.Text.Json.JsonSerializerOptionsUpdateHandler", throwOnError: false)?
            .GetMethod("ClearCache", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static, [typeof(Type[])]);
        clear?.Invoke(null, [null]);
        return clear is not null;
    }
}
