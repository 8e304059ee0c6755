namespace Conductor.Host.Endpoints;

/// <summary>What stands behind `/openai/deployments/`: a deployment's name, which may hold slashes, and what is asked of it.</summary>
internal static class DeploymentAddress
{
    private static readonly string[] Tasks = ["chat/completions", "completions", "embeddings"];

    /// <summary>The two parts; both null where it is no such address.</summary>
    public static (string? Deployment, string? Task) Read(string path)
    {
        foreach (var task in Tasks)
        {
            if (path.Length > task.Length + 1 && path.EndsWith(task, StringComparison.OrdinalIgnoreCase) && path[^(task.Length + 1)] == '/')
            {
                return (path[..^(task.Length + 1)], task);
            }
        }

        return (null, null);
    }
}
