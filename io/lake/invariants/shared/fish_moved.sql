-- The actions that are done: fish left one container and arrived in another.
SELECT * FROM transfer_action WHERE status = 'COMPLETED'
