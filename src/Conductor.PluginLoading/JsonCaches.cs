using System.Reflection;
using System.Text.Json;

namespace Conductor.PluginLoading;

/// <summary>System.Text.Json remembers every type that reflection showed it, and so keeps a plugin's code alive.</summary>
internal static class JsonCaches
{
    /// <summary>Makes it forget, through the hook that the framework keeps for hot reload.</summary>
    /// <remarks>The hook is internal: on a later runtime that has none, nothing happens.</remarks>
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
