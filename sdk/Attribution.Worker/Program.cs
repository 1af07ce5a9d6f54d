using Attribution.Data.Store;
using Attribution.Worker;
using Attribution.Worker.Verbs;

StopDeadline.Arm();
StoreFiles.OfThisMachine.TryFromOtherProcess = TryLockVerb.TryFromOtherProcess;
return await VerbRunner.RunAsync(AttributionCommand.For(args), args);
