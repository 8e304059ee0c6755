return await Conductor.Host.Cli.ConductorCli.RunAsync(args);
